import { and, eq, ne } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { SessionStore } from './session-store.js';

const sessions = pgTable('sessions', {
  id: uuid().primaryKey(),
  userId: integer('user_id').notNull(),
  signedInAt: timestamp('signed_in_at', { withTimezone: true }).notNull().defaultNow(),
});

export const drizzleStore: SessionStore = {
  opening: (id) => ({
    inSameCommit: (client, userId) =>
      drizzle(client)
        .insert(sessions)
        .values({ id, userId: Number(userId) }),
  }),
  endAll: (client, userId, { except }) =>
    drizzle(client)
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), ...(except === undefined ? [] : [ne(sessions.id, except)]))),
};
