import type { TwoFactorTables } from '../sql/tables.js';

/** A column of sealed values, in a table with the keys `user_id` and `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: 'sealed_secret' | 'sealed_payload';
  /** Holds the tag of what is sealed, under the key that seals it. */
  readonly tagColumn?: 'secret_tag';
}

/** Every column that a key seals: what rotates keys, and what asks whether one is needed, walks these. */
export function sealedColumns({ secrets, enrolments }: TwoFactorTables): readonly SealedColumn[] {
  return [
    { table: secrets, column: 'sealed_secret', tagColumn: 'secret_tag' },
    { table: enrolments, column: 'sealed_payload' },
  ];
}

/** The id of the key in a sealed value, as SQL: the second part of `v1.<key id>.<…>`. */
export function keyIdOf(column: SealedColumn['column']): string {
  return `split_part(${column}, '.', 2)`;
}
