import { describe, expect, it } from 'vitest';
import { Progress } from './progress.js';

function watched({ isTTY }: { readonly isTTY: boolean }) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const progress = new Progress(1_000_000, {
    output: { isTTY, write: (text) => written.push(text) },
    nowMs: () => clock.ms,
  });
  return { written, clock, progress };
}

describe('progress', () => {
  it('is a bar on a terminal, drawn over itself, with rate and time left', () => {
    const { written, clock, progress } = watched({ isTTY: true });

    clock.ms = 20_000;
    progress.at(250_000);
    clock.ms = 20_100;
    progress.at(251_000);
    clock.ms = 40_000;
    progress.at(600_000);
    progress.end();

    expect(written).toEqual([
      '\r[######..................] 25 %: 250,000 of 1,000,000, 12,500 a second, 1 min 0 s left\x1B[K',
      '\r[##############..........] 60 %: 600,000 of 1,000,000, 15,000 a second, 27 s left\x1B[K',
      '\r\x1B[K',
    ]);
  });

  it('is a line every ten seconds elsewhere', () => {
    const { written, clock, progress } = watched({ isTTY: false });

    for (clock.ms = 1000; clock.ms <= 21_000; clock.ms += 1000) {
      progress.at(clock.ms * 10);
    }
    progress.end();

    expect(written).toEqual([
      '10 %: 100,000 of 1,000,000, 10,000 a second, 1 min 30 s left\n',
      '20 %: 200,000 of 1,000,000, 10,000 a second, 1 min 20 s left\n',
    ]);
  });

  it('never shows more than all, when rows came while it went on', () => {
    const { written, clock, progress } = watched({ isTTY: false });

    clock.ms = 10_000;
    progress.at(1_000_200);

    expect(written).toEqual(['100 %: 1,000,200 of 1,000,000, 100,020 a second, 0 s left\n']);
  });
});
