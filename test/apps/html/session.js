/** What the page had before: where the calls are, and who is signed in. */
const given = new URLSearchParams(location.hash.slice(1));

export const api = given.get('api');

let accessToken = given.get('token');

export const session = {
  token: () => accessToken,
  accept: (tokens) => (accessToken = tokens.accessToken),
};
