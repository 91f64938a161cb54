import type { FromSchema, ListSchema, ObjectSchema } from './json-schema.js';

/** What a route takes and answers, once: the body's validation, OpenAPI, the types and the conformance suite read it. */
export interface RouteSchemas {
  /** The body; none for a route without one. */
  readonly request?: ObjectSchema;
  /** The library's part of a good answer, out of the host's envelope. Of a route that opens a session, the host adds it. */
  readonly answer: ObjectSchema | ListSchema;
  /** Of a route that opens a session: the good answer that opens none. */
  readonly instead?: ObjectSchema;
}

/** A good answer of a route, as its method gives it. */
export type AnswerOf<Route extends RouteSchemas> =
  | FromSchema<Route['answer']>
  | (Route extends { readonly instead: infer Instead } ? FromSchema<Instead> : never);
