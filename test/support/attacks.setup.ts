import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that collects what the attacks have counted. */
    readonly attackReport: string;
  }
}

/** Collects what the attacks count, and prints it after the run. What the processes run, `dist`, npm has built before. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'attacks-'));
  const report = join(folder, 'report.txt');
  writeFileSync(report, '');
  project.provide('attackReport', report);
  return () => {
    const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
    if (lines.length > 0) {
      const ordered = lines.toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }));
      process.stdout.write(`\nWhat the attacks have counted:\n  ${ordered.join('\n  ')}\n`);
    }
    rmSync(folder, { recursive: true, force: true });
  };
}
