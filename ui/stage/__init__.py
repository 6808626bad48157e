"""The bar under every page that moves λ, or the epochs, in the browser."""
