import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Comparison } from '../compare.js';
import type { Compared } from '../load/call.js';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const WIDTH = 900;
const HEIGHT = 470;
/** Of middle lightness: seen on white and on GitHub's dark. */
const COLOURS: Readonly<Record<string, string>> = {
  ours: '#2f81f7',
  'better-auth': '#db6d28',
  tutorial: '#a371f7',
  floor: '#8b949e',
};
const ORDER = ['floor', 'tutorial', 'better-auth', 'ours'] as const;
const PANELS: readonly (readonly [Compared, string])[] = [
  ['verify', 'Verify, one-time code'],
  ['backup', 'Verify, backup code'],
  ['setup', 'Setup'],
  ['enable', 'Enable'],
  ['status', 'Status'],
  ['refresh', 'Refresh'],
];
const COLUMNS = 3;

/** Requests a second as bars, one panel an operation, each with its own scale: an SVG that follows the reader's light or dark. */
export function plotOf({ operations }: Comparison): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const place = (index: number): { left: number; top: number } => ({
    left: (index % COLUMNS) * (WIDTH / COLUMNS),
    top: 44 + Math.floor(index / COLUMNS) * 212,
  });
  chart.setOption({
    animation: false,
    title: [
      { text: 'Requests a second; more is better', left: 12, top: 8, textStyle: { fontSize: 15 } },
      ...PANELS.map(([, text], index) => ({
        text,
        left: place(index).left + 84,
        top: place(index).top,
        textStyle: { fontSize: 13, fontWeight: 'normal' as const },
      })),
    ],
    grid: PANELS.map((_, index) => ({
      left: place(index).left + 90,
      top: place(index).top + 26,
      width: WIDTH / COLUMNS - 150,
      height: 160,
    })),
    yAxis: PANELS.map(([operation], index) => ({
      type: 'category' as const,
      gridIndex: index,
      data: ORDER.filter((name) => operations[operation][name] !== undefined),
      axisTick: { show: false },
      axisLine: { show: false },
    })),
    xAxis: PANELS.map((_, index) => ({ type: 'value' as const, gridIndex: index, show: false, min: 0 })),
    series: PANELS.map(([operation], index) => ({
      type: 'bar' as const,
      xAxisIndex: index,
      yAxisIndex: index,
      barWidth: 22,
      label: { show: true, position: 'right' as const },
      data: ORDER.flatMap((name) => {
        const measured = operations[operation][name];
        return measured === undefined
          ? []
          : [
              {
                value: Number(measured.perSecond.toPrecision(3)),
                itemStyle: { color: COLOURS[name] ?? '#8b949e' },
              },
            ];
      }),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return themed(svg);
}

/** Text and ground turn together, whatever the page around them does. */
function themed(svg: string): string {
  const style =
    '<style>.ground{fill:#ffffff}text{fill:#1f2328}@media(prefers-color-scheme:dark){.ground{fill:#0d1117}text{fill:#e6edf3}}</style>' +
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`;
  return svg.replace(/(<svg[^>]*>)/, `$1${style}`);
}
