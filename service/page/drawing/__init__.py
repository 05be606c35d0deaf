"""Pictures as SVG. Colours are classes of `page.css`, so that they follow light and dark, and so that no style stands
in the markup: the page forbids inline styles."""
