/** What the application had before: where the calls are, what the login answered, and who is signed in. */
const given = new URLSearchParams(location.hash.slice(1));

export const api = given.get('api');

/** A sign-in that asks for a second factor, if there is one under way. */
export const signIn = given.has('signIn') ? JSON.parse(given.get('signIn')) : undefined;

let accessToken = given.get('token');

export const session = {
  token: () => accessToken,
  accept: (tokens) => (accessToken = tokens.accessToken),
};
