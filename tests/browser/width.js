// Whether a page fits into the window, or has to be moved sideways.

/** Elements that are wider than the window, and in nothing that can be scrolled. */
export function tooWide(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isScrolled = (element) => {
      for (let box = element; box && box !== document.body; box = box.parentElement) {
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflowX)) {
          const { left, right } = box.getBoundingClientRect();
          if (left >= -1 && right <= width + 1) return true;
        }
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      const isWider = right - left > 0 && (right > width + 1 || left + element.scrollWidth > width + 1);
      return isWider && !isScrolled(element);
    });
    const said = wide.slice(-5).map((element) => `${element.tagName} ${element.className}: ${element.textContent.slice(0, 60)}`);
    const { scrollWidth } = document.documentElement;
    return scrollWidth > width ? [`the page: ${scrollWidth} of ${width}`, ...said] : said;
  });
}
