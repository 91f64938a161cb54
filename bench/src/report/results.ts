import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import type { Comparison } from '../compare.js';
import { ratio } from '../measure.js';
import type { Plan } from '../plan.js';
import { threeFigures } from '../statistics.js';

/** `bench/results/latest.json`, or of a run with late flushes `bench/results/flush-<ms>ms.json`. */
export interface Results {
  readonly machine: Readonly<Record<string, string | number>>;
  /** Throughputs over throughputs, within one run. `null`: not measured in this mode. */
  readonly ratios: Readonly<Record<RatioName, number | null>>;
  readonly absolute: Readonly<Record<string, unknown>>;
}

export type RatioName =
  | 'verify_vs_better_auth'
  | 'verify_vs_floor'
  | 'verify_vs_old_floor'
  | 'passkey_vs_simplewebauthn'
  | 'setup_vs_better_auth'
  | 'backup_vs_better_auth'
  | 'verify_1m_vs_1k'
  | 'two_processes_vs_one';

export function resultsOf(
  { operations, ...measured }: Comparison,
  { mode }: Plan,
  { seconds }: { readonly seconds: number },
): Results {
  const { verify, passkey, setup, backup } = operations;
  const [cpu] = cpus();
  return {
    machine: {
      mode,
      date: new Date().toISOString().slice(0, 10),
      cores: cpus().length,
      cpu: cpu?.model ?? '',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()}`,
      node: process.version,
      postgres: measured.postgresVersion,
      flushLaterMs: measured.flush.laterMs,
      commitMs: threeFigures(measured.flush.commitMs),
      // Above the number of cores plus one or two: somebody else was at work meanwhile.
      loadAverage15: threeFigures(loadavg()[2] ?? Number.NaN),
      seconds: Math.round(seconds),
    },
    ratios: {
      verify_vs_better_auth: threeFigures(ratio(verify['ours'], verify['better-auth'])),
      verify_vs_floor: threeFigures(ratio(verify['ours'], verify['floor'])),
      verify_vs_old_floor: threeFigures(ratio(verify['ours'], verify['old floor'])),
      passkey_vs_simplewebauthn: threeFigures(ratio(passkey['ours'], passkey['floor'])),
      setup_vs_better_auth: threeFigures(ratio(setup['ours'], setup['better-auth'])),
      backup_vs_better_auth: threeFigures(ratio(backup['ours'], backup['better-auth'])),
      verify_1m_vs_1k: measured.growth === undefined ? null : threeFigures(measured.growth.ratio),
      two_processes_vs_one: threeFigures(measured.twoProcesses.isolated),
    },
    absolute: rounded({ operations, ...measured }),
  };
}

/** The same with every number at three figures, whole ones as they are. */
function rounded(value: object): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' && !Number.isInteger(inner) ? threeFigures(inner) : inner,
  );
  const result: Readonly<Record<string, unknown>> = JSON.parse(text);
  return result;
}
