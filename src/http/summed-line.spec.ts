import { describe, expect, it } from 'vitest';
import { SummedLine } from './summed-line.js';

describe('a summed line', () => {
  it('is written at once, and then for all of a second', () => {
    let now = 5_000;
    const written: number[] = [];
    const line = new SummedLine(() => now);
    const add = (): void => line.add((times) => written.push(times));

    add();
    add();
    now += 999;
    add();
    expect(written).toEqual([1]);
    now += 1;
    add();

    expect(written).toEqual([1, 3]);
  });
});
