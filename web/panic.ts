import { html, render } from 'lit';

const en = {
  title: 'Was this not you?',
  text: 'This signs everybody out of your account, trusts no device any longer, and stops changes of your second step for a day. You sign in as before.',
  button: 'Stop everything',
  working: 'One moment …',
  done: 'Done. If the link was good, everybody is signed out by now. Sign in and set a new password.',
  failed: 'That did not work. Try again in a moment.',
  signIn: 'Sign in',
};

const de: typeof en = {
  title: 'Waren Sie das nicht?',
  text: 'Dies meldet alle von Ihrem Konto ab, vertraut keinem Gerät mehr und hält Änderungen am zweiten Schritt einen Tag lang auf. Sie melden sich an wie bisher.',
  button: 'Alles anhalten',
  working: 'Einen Moment …',
  done: 'Erledigt. War der Link gültig, sind jetzt alle abgemeldet. Melden Sie sich an und setzen Sie ein neues Passwort.',
  failed: 'Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.',
  signIn: 'Anmelden',
};

const isGerman = navigator.language.startsWith('de');
const t = isGerman ? de : en;
document.documentElement.lang = isGerman ? 'de' : 'en';
document.title = t.title;

const token = location.hash.slice(1);
// It stays in no history.
history.replaceState(undefined, '', location.pathname);

type State = 'asked' | 'working' | 'done' | 'failed';

/** Only the button does it: mail scanners follow links, and press nothing. */
async function stopEverything(): Promise<void> {
  show('working');
  try {
    const { ok } = await fetch('/api/v1/auth/2fa/panic', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    show(ok ? 'done' : 'failed');
  } catch {
    show('failed');
  }
}

function show(state: State): void {
  const main = document.querySelector('main');
  if (main === null) {
    return;
  }
  const button = html`<button type="button" ?disabled=${state === 'working'} @click=${stopEverything}>
    ${state === 'working' ? t.working : t.button}
  </button>`;
  render(
    html`<h1>${t.title}</h1>
      <p role="status">${state === 'done' ? t.done : state === 'failed' ? t.failed : t.text}</p>
      ${state === 'done' ? html`<p><a href="/">${t.signIn}</a></p>` : button}`,
    main,
  );
}

show('asked');
