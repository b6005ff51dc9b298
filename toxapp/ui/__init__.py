"""The only room that imports Streamlit: the page table, what pages share, charts, components."""
