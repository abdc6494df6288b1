"""What notebooks add to the package: players, a microphone, forms. Needs the extra ``notebooks``.

Works in Jupyter (ipywidgets 8) and in Colab (ipywidgets 7.7). Nothing is imported before it is used.
"""
