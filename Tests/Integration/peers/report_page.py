# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""Looks at a page of `temporal-storage report` in headless Chromium, in both themes and at all widths.

    report_page.py REPORT.html [--pictures DIR]

Checked: contrast of every text (4.5) and of the bars (3), labels, headings, no horizontal scrolling from 320 px to 4K,
nothing that is asked for elsewhere. With --pictures, a picture of each is kept. The last line is a tally.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from browser import Browser

CHECK = """
(() => {
  const problems = [];
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || node.closest('svg')) continue;
    texts += 1;
    const ratio = contrast(parse(getComputedStyle(node).color), behind(node));
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.slice(0, 40)}`);
  }
  for (const bar of document.querySelectorAll('rect.bar')) {
    const ratio = contrast(parse(getComputedStyle(bar).fill), behind(bar.closest('figure')));
    if (ratio < 3) problems.push(`contrast of a bar ${ratio.toFixed(2)}`);
  }
  for (const svg of document.querySelectorAll('svg')) {
    if (svg.getAttribute('aria-hidden') !== 'true' && !svg.getAttribute('aria-label')) problems.push('an unnamed chart');
  }
  for (const region of document.querySelectorAll('[role=region], section:not(:has(h2))')) {
    if (!region.getAttribute('aria-label')) problems.push('an unnamed region');
  }
  if (!document.documentElement.lang || !document.title) problems.push('no language or no title');
  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) problems.push(`a heading of level ${next} follows one of ${level}`);
    level = next;
  }
  if (document.documentElement.scrollWidth > innerWidth) {
    problems.push(`the page is ${document.documentElement.scrollWidth} px wide in ${innerWidth}`);
  }
  if (texts < 10) problems.push('there is next to nothing on the page');
  return JSON.stringify(problems);
})()
"""


def main(arguments: argparse.Namespace) -> int:
    passed = failed = 0
    page = arguments.report.resolve()
    with tempfile.TemporaryDirectory() as scratch, Browser(Path(scratch)) as browser:
        for theme in ("light", "dark"):
            for width in (320, 800, 1400, 3840):
                media = [{"name": "prefers-color-scheme", "value": theme}]
                browser.call("Emulation.setEmulatedMedia", features=media)
                browser.call(
                    "Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False
                )
                browser.open(page.as_uri())
                browser.wait("the report", "document.readyState === 'complete' && !!document.querySelector('main')")
                problems: list[Any] = json.loads(browser.run(CHECK))
                problems += [
                    f"asked for {request['url']}"
                    for request in (entry.get("request", entry) for entry in browser.requests)
                    if "url" in request and not request["url"].startswith(("file:", "about:", "data:"))
                ]
                if arguments.pictures:
                    arguments.pictures.mkdir(parents=True, exist_ok=True)
                    picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                    (arguments.pictures / f"{theme}-{width}.png").write_bytes(base64.b64decode(picture))
                if problems:
                    failed += 1
                    print(f"FAILED the report, {theme}, {width} px: {problems[:5]}")
                else:
                    passed += 1
                    print(f"ok    the report, {theme}, {width} px")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=Path)
    parser.add_argument("--pictures", type=Path)
    sys.exit(main(parser.parse_args()))
