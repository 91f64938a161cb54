import type { FormEvent } from 'react';
import type { Method, Tokens } from 'two-factor-elements/react';

/** What the application had before: a sign-in with a password, and who is signed in. */
export type SignIn =
  | { readonly status: 'authenticated' }
  | {
      readonly status: 'two_factor_required';
      readonly challengeToken: string;
      readonly expiresIn: number;
      readonly methods: readonly Method[];
      readonly trustedDeviceDays: number;
    };

let tokens: Tokens | undefined;

export const session = {
  token: () => tokens?.accessToken,
  enter:
    (show: (signIn: SignIn) => void) =>
    (detail: { readonly tokens: Tokens }): void => {
      tokens = detail.tokens;
      show({ status: 'authenticated' });
    },
};

export function LoginForm({ api, onAnswer }: { api: string; onAnswer: (signIn: SignIn) => void }) {
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.currentTarget));
    const answer = await fetch(`${api}/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const { data } = await answer.json();
    if (data.status === 'authenticated') {
      tokens = data;
    }
    onAnswer(data);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <input name="email" aria-label="E-mail" />
      <input name="password" aria-label="Password" type="password" />
      <button>Sign in</button>
    </form>
  );
}
