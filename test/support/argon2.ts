import type { INestApplicationContext } from '@nestjs/common';
import { type Argon2Kind, Argon2Pool } from 'nestjs-two-factor';
import { vi } from 'vitest';

/** Takes every place that is left to a kind of computations, until it is told to end. */
export async function fillPool(
  app: Pick<INestApplicationContext, 'get'>,
  kind: Argon2Kind,
): Promise<{ end(): Promise<void> }> {
  const pool = app.get(Argon2Pool);
  const held: (() => void)[] = [];
  const all: Promise<unknown>[] = [];
  while (await hasRoom(pool, kind)) {
    all.push(pool.run(kind, [() => new Promise<void>((resolve) => held.push(resolve))]));
  }
  return {
    end: async () => {
      const timer = setInterval(() => held.splice(0).forEach((release) => release()), 1);
      await Promise.all(all);
      clearInterval(timer);
    },
  };
}

/** Lets no computation begin until it is told to end: what is charged waits between its charge and its check. */
export function holdComputations(app: Pick<INestApplicationContext, 'get'>): { end(): Promise<void> } {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  // More than run at once on any machine.
  const held = app.get(Argon2Pool).run(
    'sign_in',
    Array.from({ length: 3 }, () => () => released),
  );
  return {
    end: async () => {
      release();
      await held;
    },
  };
}

async function hasRoom(pool: Argon2Pool, kind: Argon2Kind): Promise<boolean> {
  try {
    await pool.keepingRoom({ kind, computations: 1 }, () => Promise.resolve());
    return true;
  } catch {
    return false;
  }
}

/** Counts the Argon2 computations that a call costs: what tells them apart is not the clock. */
export async function computationsOf(
  app: Pick<INestApplicationContext, 'get'>,
  call: () => Promise<unknown>,
): Promise<number> {
  const pool = app.get(Argon2Pool);
  const keepingRoom = pool.keepingRoom.bind(pool);
  let count = 0;
  const spy = vi.spyOn(pool, 'keepingRoom').mockImplementation((request, work) =>
    keepingRoom(request, (room) =>
      work({
        run: (computations) => {
          count += computations.length;
          return room.run(computations);
        },
      }),
    ),
  );
  try {
    await call();
    return count;
  } finally {
    spy.mockRestore();
  }
}
