import type { Contender } from './contenders/contender.js';
import { faultOf } from './load/answers.js';
import type { Call } from './load/call.js';
import { codeNow } from './load/totp.js';

/** What a contender does with codes, seen and not assumed. */
export interface Proof {
  readonly rightCode: 'accepted' | 'refused';
  readonly wrongCode: 'accepted' | 'refused';
  /** The code that was just accepted, at the next sign-in within its half minute. */
  readonly sameCodeAgain: 'accepted' | 'refused';
}

/** @throws Error when a contender refuses a right code or accepts a wrong one: then its speed means nothing */
export async function prove(contender: Contender, url: string): Promise<Proof> {
  const [first, second] = await contender.prepare('verify', 2);
  if (first === undefined || second === undefined) {
    throw new Error('There are no calls');
  }
  await stayClearOfTheNextStep();
  const code = codeOf(first);
  const proof = {
    wrongCode: await outcome(contender, url, { call: second, code: wrongCodeFor(second) }),
    rightCode: await outcome(contender, url, { call: first, code }),
    sameCodeAgain: await outcome(contender, url, { call: await contender.challengeAgain(first), code }),
  };
  if (proof.rightCode !== 'accepted' || proof.wrongCode !== 'refused') {
    throw new Error(
      `The benchmark is void, ${contender.name} does not check codes: ${JSON.stringify(proof)}`,
    );
  }
  return proof;
}

async function outcome(
  { dialect }: Contender,
  url: string,
  { call, code }: { readonly call: Call; readonly code: string },
): Promise<'accepted' | 'refused'> {
  const answer = await fetch(`${url}${call.path}`, {
    method: call.method,
    headers: { ...call.headers, origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ ...call.body, code }),
  });
  const isRight = faultOf({ dialect, operation: 'verify' }, call, {
    status: answer.status,
    text: await answer.text(),
  });
  return isRight === undefined ? 'accepted' : 'refused';
}

function keyOf({ totpKey = '' }: Call): Buffer {
  return Buffer.from(totpKey, 'base64');
}

function codeOf(call: Call): string {
  return codeNow(keyOf(call));
}

function wrongCodeFor(call: Call): string {
  const right = [-2, -1, 0, 1, 2].map((drift) => codeNow(keyOf(call), Date.now() + drift * 30_000));
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.includes(code)) ?? ''
  );
}

/** A code that is asked for twice must be asked for within one step. */
async function stayClearOfTheNextStep(): Promise<void> {
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 2000) {
    await new Promise((resolve) => setTimeout(resolve, left + 10));
  }
}
