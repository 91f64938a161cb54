/** Where a fault lies. */
export const GROUPS = [
  'locks',
  'challenges',
  'budget',
  'uses',
  'crypto',
  'keys',
  'backup-codes',
  'passkeys',
  'sessions',
  'step-up',
  'support',
  'limits',
  'http',
  'hosts',
  'elements',
  'trust',
  'notices',
  'policy',
] as const;
export type MutantGroup = (typeof GROUPS)[number];

/**
 * What its tests run on: the sources (`quick`), `dist/server` in processes of its own (`attack`), or what
 * `npm run build:packages` makes, packed or in a browser (`built`).
 */
export const KINDS = ['quick', 'attack', 'built'] as const;
export type MutantKind = (typeof KINDS)[number];

/** A small fault, of the kind that slips into a change, and who must notice it. */
export interface Mutant {
  readonly id: string;
  readonly group: MutantGroup;
  readonly kind: MutantKind;
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once, or the mutant is stale. */
  readonly search: string;
  readonly replace: string;
  /** The test files that must notice it. None: nobody is known to. */
  readonly tests: readonly string[];
  /** Why no test can notice it. It is named, and neither run nor counted. */
  readonly equivalent?: string;
}

/** What a list writes of a mutant; the rest it has in common with the others of the list. */
export type MutantEntry = Omit<Mutant, 'group' | 'kind'> & Partial<Pick<Mutant, 'kind'>>;

export function groupOf(group: MutantGroup, kind: MutantKind, entries: readonly MutantEntry[]): Mutant[] {
  return entries.map((entry) => ({ group, kind, ...entry }));
}
