import { CallFailure, type GetAccessToken, type paths } from 'two-factor-elements';

type DataOf<Path extends keyof paths, Method extends 'get' | 'post'> =
  paths[Path] extends Record<
    Method,
    { responses: { 200: { content: { 'application/json': { data: infer Data } } } } }
  >
    ? Data
    : never;

export type FoundAccount = DataOf<'/api/v1/admin/users', 'get'>[number];
export type AccountView = DataOf<'/api/v1/admin/2fa/users/{id}', 'get'>;
export type Reset = DataOf<'/api/v1/admin/2fa/resets', 'get'>[number];
export type ApprovedReset = DataOf<'/api/v1/admin/2fa/resets/{id}/approve', 'post'>;

/** The calls of the desk, as who is signed in. Each gives the contract's `data`, or throws `CallFailure`. */
export class DeskApi {
  constructor(private readonly getAccessToken: GetAccessToken) {}

  find(email: string): Promise<FoundAccount[]> {
    return this.#send(`users?${new URLSearchParams({ email })}`);
  }

  view(userId: string): Promise<AccountView> {
    return this.#send(`2fa/users/${userId}`);
  }

  resets(): Promise<Reset[]> {
    return this.#send('2fa/resets');
  }

  ask(userId: string, reason: string): Promise<Reset> {
    return this.#send('2fa/resets', { userId, reason });
  }

  approve(id: string, reason: string): Promise<ApprovedReset> {
    return this.#send(`2fa/resets/${id}/approve`, { reason });
  }

  cancel(id: string, reason: string): Promise<Reset> {
    return this.#send(`2fa/resets/${id}/cancel`, { reason });
  }

  async #send<Data>(path: string, body?: object): Promise<Data> {
    try {
      const first = await this.#fetch(path, { body, refresh: false });
      const answer = first.status === 401 ? await this.#fetch(path, { body, refresh: true }) : first;
      const json: { readonly data: Data } = await answer.json();
      if (!answer.ok) {
        throw CallFailure.of(json, answer);
      }
      return json.data;
    } catch (error) {
      throw CallFailure.from(error);
    }
  }

  async #fetch(
    path: string,
    { body, refresh }: { readonly body: object | undefined; readonly refresh: boolean },
  ): Promise<Response> {
    const token = await this.getAccessToken({ refresh });
    return fetch(`/api/v1/admin/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      credentials: 'omit',
      cache: 'no-store',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
