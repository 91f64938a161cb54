import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { TwoFactorSettings } from 'two-factor-elements/react';
import { Security } from './security';

/** The page as a server renders it: the sign-in, and on its own what somebody sees who is signed in already. */
export const pages = (api: string): { readonly login: string; readonly settings: string } => ({
  login: renderToString(
    <StrictMode>
      <Security api={api} />
    </StrictMode>,
  ),
  settings: renderToString(
    <TwoFactorSettings getAccessToken={() => undefined} onEnabled={() => undefined} />,
  ),
});
