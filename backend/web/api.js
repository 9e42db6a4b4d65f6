// Speaks to LINDA's routes. Where they are stands in the page: <meta name="linda-api" content="https://...">.

const base = document.querySelector('meta[name="linda-api"]').content.replace(/\/+$/, "");
const SECONDS = 12;

/** An answer that is none of success, with what a page needs of it; `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.error || sentence(status));
    this.status = status;
    // Whether it may have been done all the same: what has no code of ours was not said by LINDA, but on the way.
    this.unsure = status >= 500 || !body.code;
    this.code = body.code || "unreachable";
    this.fields = body.fields || {};
    this.alternatives = body.alternatives || [];
  }
}

function sentence(status) {
  if (status === 0) return "LINDA cannot be reached. Please check your connection and try again.";
  if (status === 429) return "That was too much at once. Please wait a few seconds and try again.";
  return "LINDA has a problem right now. Please try again in a minute.";
}

/**
 * One request. A read that failed quickly is tried once more: nobody waits the full time twice. A write never is: its
 * caller decides.
 */
export async function call(method, path, { body, headers = {}, token } = {}) {
  const options = { method, headers: { ...headers }, body: body === undefined ? undefined : JSON.stringify(body) };
  if (body !== undefined) options.headers["content-type"] = "application/json";
  if (token) options.headers.authorization = `Bearer ${token}`;
  for (let left = method === "GET" ? 1 : 0; ; left -= 1) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), SECONDS * 1000);
    try {
      return await answered(await fetch(base + path, { ...options, signal: late.signal }));
    } catch (caught) {
      const error = caught instanceof ApiError ? caught : new ApiError(0, {});
      const isPassing = !late.signal.aborted && [0, 503].includes(error.status);
      if (!isPassing || left <= 0) throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The body. An answer of success that cannot be read tells nothing, as none does. */
async function answered(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new ApiError(response.ok ? 0 : response.status, body ?? {});
}
