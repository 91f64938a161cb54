import { CallFailure } from './call-failure.js';
import { tellOfForeignOrigin } from './host-mistake.js';
import type { paths } from './schema.js';

/** The contract's paths without the prefix that the base URL stands for. */
type Paths = {
  [Path in keyof paths as Path extends `/api/v1${infer Rest}` ? Rest : never]: paths[Path];
};

type Verb = 'GET' | 'POST' | 'PATCH' | 'DELETE';
type Operation<Path extends keyof Paths, Method extends Verb> = Paths[Path][Lowercase<Method>];

type Json<Of> = Of extends { readonly content: { readonly 'application/json': infer Body } }
  ? Body
  : undefined;

/** What goes into the path, what it looks for, and the body. */
type Taken<Of> = (Of extends { readonly parameters: { readonly path: infer Parts } } ? Parts : unknown) &
  (Of extends { readonly parameters: { readonly query: infer Query } }
    ? { readonly query: Query }
    : unknown) &
  (Of extends { readonly requestBody: infer Body }
    ? { readonly body: Json<Body> }
    : Of extends { readonly requestBody?: infer Body }
      ? { readonly body?: Json<NonNullable<Body>> }
      : unknown);

/** The `data` of a success; there is none of 204. */
type Given<Of> = Of extends { readonly responses: infer Answers }
  ? Json<Answers[keyof Answers & (200 | 201 | 204)]> extends { readonly data: infer Data }
    ? Data
    : undefined
  : never;

export interface CallOptions {
  /** With it, the call is that of a session. */
  readonly accessToken?: string;
  /** Default: no cookie goes along. */
  readonly credentials?: RequestCredentials;
}

const TIMEOUT_MS = 20_000;

/**
 * One call of the contract.
 *
 * @param baseUrl where its calls lie, with the version: `https://api.example.com/api/v1`
 * @param request the body, what `{…}` in the path stands for, its `query`, and how to send it
 * @returns the `data` of the answer
 * @throws CallFailure
 */
export async function call<Method extends Verb, Path extends keyof Paths>(
  baseUrl: string,
  method: Method,
  path: Path,
  request: CallOptions & Taken<Operation<Path, Method>>,
): Promise<Given<Operation<Path, Method>>> {
  const { accessToken, credentials = 'omit', id = '', query, body }: Sent = request;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const url = baseUrl.replace(/\/+$/, '') + path.replace('{id}', encodeURIComponent(id)) + search;
  try {
    // Looked up at each call, not once: a page may wrap it later.
    const response = await fetch(url, {
      method,
      credentials,
      cache: 'no-store',
      headers: {
        ...(accessToken !== undefined && { Authorization: `Bearer ${accessToken}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      tellOfForeignOrigin(url);
      throw error;
    });
    const answer = response.status === 204 ? { data: undefined } : parsed(await response.text());
    if (response.ok && holdsData<Given<Operation<Path, Method>>>(answer)) {
      return answer.data;
    }
    throw CallFailure.of(answer, response);
  } catch (error) {
    throw CallFailure.from(error);
  }
}

interface Sent extends CallOptions {
  readonly id?: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

/** A gateway in front may answer with a page of its own. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** That there is some is all that is looked at: the server is held to its schemas by its own tests. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who asks says what it is, from the contract's types
function holdsData<Data>(answer: unknown): answer is { readonly data: Data } {
  return typeof answer === 'object' && answer !== null && 'data' in answer;
}
