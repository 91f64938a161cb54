import { setTimeout as delay } from 'node:timers/promises';
import { WEBAUTHN_VARIABLES } from './contenders/passkeys.js';
import { type ArrivalResult, type Operation } from './load/call.js';
import { median, slope, threeFigures } from './statistics.js';
import { withOurs } from './with-ours.js';

export interface Soak {
  readonly minutes: number;
  readonly answers: ArrivalResult['answers'];
  /** Over the second half: the first one fills heaps, caches and prepared statements. */
  readonly mebibytesPerMinute: number;
  /** Medians of the first and of the last minute. */
  readonly atStartMiB: number;
  readonly atEndMiB: number;
  readonly residentMiB: readonly number[];
}

const SAMPLE_EVERY_MS = 5000;
/** Of each hundred arrivals. About a quarter of what two cores carry. */
const MIX: Readonly<Partial<Record<Operation, number>>> = {
  status: 38,
  refresh: 28,
  verify: 20,
  passkey: 5,
  trusted: 3,
  setup: 5,
  backup: 1,
};
const PER_SECOND = 60;
const UNDER_WAY_AT_MOST = 200;

/** Some minutes of everything that users do, at a rate the machine carries with ease: does memory grow? */
export function measureSoak({
  minutes,
  tell,
}: {
  readonly minutes: number;
  readonly tell: (line: string) => void;
}): Promise<Soak> {
  const variables = { ...WEBAUTHN_VARIABLES, TRUSTED_DEVICE_DAYS: '30' };
  return withOurs({ variables }, async ({ contender, server, load }) => {
    const arrivals = [];
    for (const [operation, share] of Object.entries(MIX)) {
      const known = operation as Operation;
      const count = Math.ceil((PER_SECOND * minutes * 60 * share) / 100);
      const calls = await contender.prepare(known, count);
      arrivals.push(...calls.map((call, index) => ({ operation: known, call, at: (index + 0.5) / count })));
    }
    arrivals.sort((left, right) => left.at - right.at);
    tell(`${arrivals.length} requests in ${minutes} minutes`);

    const residentMiB: number[] = [];
    let isOver = false;
    const sampling = (async () => {
      while (!isOver) {
        residentMiB.push(server.residentMiB());
        await delay(SAMPLE_EVERY_MS);
      }
    })();
    const { answers } = await load.runArrivals({
      url: server.url,
      perSecond: PER_SECOND,
      milliseconds: minutes * 60_000,
      arrivals,
      underWayAtMost: UNDER_WAY_AT_MOST,
    });
    isOver = true;
    await sampling;
    const samplesAMinute = 60_000 / SAMPLE_EVERY_MS;
    const points = residentMiB.map((y, index) => ({ x: (index * SAMPLE_EVERY_MS) / 60_000, y }));
    return {
      minutes,
      answers,
      mebibytesPerMinute: threeFigures(slope(points.slice(points.length / 2))),
      atStartMiB: Math.round(median(residentMiB.slice(0, samplesAMinute))),
      atEndMiB: Math.round(median(residentMiB.slice(-samplesAMinute))),
      residentMiB: residentMiB.map(Math.round),
    };
  });
}
