import { describe, expect, it } from 'vitest';
import { oneAhead } from './one-ahead.js';

/** Three values and what is noted of them, the last of which may be a failure. */
function watched({ failure }: { readonly failure?: Error } = {}) {
  const noted: string[] = [];
  async function* values(): AsyncGenerator<number> {
    try {
      for (const value of [1, 2, 3]) {
        noted.push(`asked ${value}`);
        await Promise.resolve();
        if (value === 3 && failure !== undefined) {
          throw failure;
        }
        yield value;
      }
    } finally {
      noted.push('closed');
    }
  }
  return { noted, values: values() };
}

describe('one ahead', () => {
  it('asks for the next value while the present one is worked on, and for no more', async () => {
    const { noted, values } = watched();

    for await (const value of oneAhead(values)) {
      noted.push(`begun ${value}`);
      await new Promise(setImmediate);
      noted.push(`done ${value}`);
    }

    expect(noted).toEqual([
      'asked 1',
      'asked 2',
      'begun 1',
      'done 1',
      'asked 3',
      'begun 2',
      'done 2',
      'closed',
      'begun 3',
      'done 3',
    ]);
  });

  it('throws what came instead of a value once those before are worked on', async () => {
    const failure = new Error('the cursor is gone');
    const { noted, values } = watched({ failure });

    const work = async (): Promise<void> => {
      for await (const value of oneAhead(values)) {
        await new Promise(setImmediate);
        noted.push(`done ${value}`);
      }
    };

    await expect(work()).rejects.toBe(failure);
    expect(noted).toEqual(['asked 1', 'asked 2', 'done 1', 'asked 3', 'closed', 'done 2']);
  });

  it('closes what it asks when the work fails, also when the next value would have failed', async () => {
    const failure = new Error('the disk is full');
    const { noted, values } = watched({ failure: new Error('the cursor is gone') });

    const work = async (): Promise<void> => {
      for await (const value of oneAhead(values)) {
        if (value === 2) {
          throw failure;
        }
      }
    };

    await expect(work()).rejects.toBe(failure);
    expect(noted).toEqual(['asked 1', 'asked 2', 'asked 3', 'closed']);
  });
});
