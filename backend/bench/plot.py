"""The picture beside RESULTS.md: bars on one scale a panel, as SVG by hand, for a light page and a dark one."""

from collections.abc import Iterator, Sequence
from html import escape

from findings import Bar, Panel

_WIDTH, _LEFT, _RIGHT = 920, 272, 96
_BAR, _STEP, _HEADING, _LEGEND, _GAP, _MARGIN = 14, 24, 34, 24, 34, 30
_STYLE = """
  svg { --ink: #1c2128; --soft: #59636e; --line: #d8dee4; --ours: #0969a8; --other: #a9b4c0; --page: #ffffff;
        --p0: #0969a8; --p1: #8a94a0; --p2: #c98a1b; --p3: #7a5ea8; --p4: #b4bec9; --p5: #d3dae2; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --soft: #9198a1; --line: #30363d; --ours: #58a6e0; --other: #57606a; --page: #0d1117;
          --p0: #58a6e0; --p1: #7d8590; --p2: #d9a441; --p3: #a98fd6; --p4: #59636e; --p5: #3d444d; }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); }
  .title { font-size: 15px; font-weight: 600; }
  .unit, .legend { font-size: 12px; fill: var(--soft); }
  .value { font-variant-numeric: tabular-nums; }
  .ours { font-weight: 600; }
"""


def svg(panels: Sequence[Panel]) -> str:
    """All panels, one under the other."""
    parts: list[str] = []
    top = _MARGIN
    for panel in panels:
        parts += _panel(panel, top)
        top += _height(panel) + _GAP
    height = top - _GAP + _MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    title = "What LINDA costs, measured: medians, with the middle half of the measurements as a line"
    page = f'<rect width="{_WIDTH}" height="{height}" rx="10" style="fill: var(--page)"/>'
    body = "\n".join(parts)
    return f'{head} role="img">\n<title>{title}</title>\n<style>{_STYLE}</style>\n{page}\n{body}\n</svg>\n'


def _height(panel: Panel) -> int:
    return _first_bar(panel) + _STEP * len(panel.bars)


def _first_bar(panel: Panel) -> int:
    """How far under the top of its panel it begins."""
    return _HEADING + (_LEGEND if panel.legend else 0)


def _panel(panel: Panel, top: int) -> Iterator[str]:
    yield f'<text class="title" x="{_MARGIN}" y="{top + 12}">{escape(panel.title)}</text>'
    yield from _legend(panel, top)
    longest = max(max(sum(bar.parts), bar.high or 0) for bar in panel.bars) or 1
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    first = top + _first_bar(panel)
    bottom = first + _STEP * len(panel.bars) - _STEP + _BAR
    yield f'<path d="M{_LEFT - 0.5} {first - 5}V{bottom + 5}" style="stroke: var(--line)"/>'
    for number, bar in enumerate(panel.bars):
        yield from _bar(panel, bar, first + _STEP * number, scale)


def _legend(panel: Panel, top: int) -> Iterator[str]:
    yield f'<text class="unit" x="{_WIDTH - _MARGIN}" y="{top + 12}" text-anchor="end">{escape(panel.unit)}</text>'
    x = float(_LEFT)
    for number, name in enumerate(panel.legend):
        yield f'<rect x="{x:.0f}" y="{top + 29}" width="10" height="10" rx="2" style="fill: var(--p{number})"/>'
        yield f'<text class="legend" x="{x + 15:.0f}" y="{top + 38}">{escape(name)}</text>'
        x += 15 + 6.6 * len(name) + 16


def _bar(panel: Panel, bar: Bar, y: int, scale: float) -> Iterator[str]:
    name = "ours" if bar.ours else ""
    middle = y + _BAR / 2
    yield f'<text class="{name}" x="{_LEFT - 12}" y="{middle + 4.5:.1f}" text-anchor="end">{escape(bar.label)}</text>'
    x = float(_LEFT)
    for number, part in enumerate(bar.parts):
        colour = f"--p{number}" if panel.legend else ("--ours" if bar.ours else "--other")
        width = part * scale
        yield f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" style="fill: var({colour})"/>'
        x += width
    end = x
    if bar.low is not None and bar.high is not None:
        low, high = _LEFT + bar.low * scale, _LEFT + bar.high * scale
        whisker = f"M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 3.5:.1f}v7M{high:.1f} {middle - 3.5:.1f}v7"
        yield f'<path d="{whisker}" style="stroke: var(--ink); fill: none; stroke-width: 1.2"/>'
        end = max(end, high)
    value = _number(sum(bar.parts))
    yield f'<text class="value {name}" x="{end + 9:.1f}" y="{middle + 4.5:.1f}">{value}</text>'


def _number(value: float) -> str:
    """Three digits, as one reads them."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
