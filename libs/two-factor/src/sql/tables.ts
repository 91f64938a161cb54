import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';

/** The quoted name of an entity's table, with the schema and prefix that the host's DataSource gives it. */
export function tableOf(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>): string {
  return quotedTable(dataSource.getMetadata(entity));
}

export function quotedTable({ tablePath }: EntityMetadata): string {
  return tablePath
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}
