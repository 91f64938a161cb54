import { CallFailure, type GetAccessToken, type TwoFactorStepUp } from 'two-factor-elements';

interface SteppingUp extends RequestInit {
  readonly getAccessToken: GetAccessToken;
  readonly stepUp: TwoFactorStepUp;
}

/** `fetch` as who is signed in. Where the second factor is wanted once more it is asked for, and the call is made again: once. */
export async function fetchWithStepUp(
  address: string,
  { getAccessToken, stepUp, ...init }: SteppingUp,
): Promise<Response> {
  const send = async (refresh: boolean): Promise<Response> => {
    const token = await getAccessToken({ refresh });
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${token}`);
    return fetch(address, { ...init, headers });
  };
  const first = await send(false);
  const answer = first.status === 401 ? await send(true) : first;
  if (answer.status !== 403) {
    return answer;
  }
  const demand = CallFailure.of(await answer.clone().json(), answer).stepUpDemand;
  return demand !== undefined && (await stepUp.ask(demand)) ? send(false) : answer;
}
