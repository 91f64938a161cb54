import { useState } from 'react';
import { TwoFactorChallenge, TwoFactorSettings } from 'two-factor-elements/react';
import { LoginForm, type SignIn, session } from './host';

export function Security({ api }: { api: string }) {
  const [signIn, setSignIn] = useState<SignIn>();
  if (signIn === undefined) {
    return <LoginForm api={api} onAnswer={setSignIn} />;
  }
  const back = () => setSignIn(undefined);
  const enter = session.enter(setSignIn);
  return signIn.status === 'two_factor_required' ? (
    <TwoFactorChallenge baseUrl={api} {...signIn} onVerified={enter} onRestart={back}>
      <a slot="help" href="/help">
        I have lost everything
      </a>
    </TwoFactorChallenge>
  ) : (
    <TwoFactorSettings baseUrl={api} getAccessToken={session.token} onEnabled={enter} onSignedOut={back} />
  );
}
