"""Figures of what the stages do: for the notebooks, the reports, and whoever wants to look.

Needs matplotlib (extra ``notebooks``). Functions return a ``matplotlib.figure.Figure`` and show nothing by themselves,
so that they serve notebooks, files and web pages alike. One module per subject.
"""
