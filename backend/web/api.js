// Speaks to LINDA's routes. Where they are stands in the page: <meta name="linda-api" content="https://...">.

const base = document.querySelector('meta[name="linda-api"]').content.replace(/\/+$/, "");
const SECONDS = 12;

/** An answer that is none of success, with what a page needs of it; `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.error || sentence(status));
    this.status = status;
    // Whether it may have been done all the same.
    this.unsure = status === 0 || status >= 500;
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

/** One request. A read that got no answer is tried once more; a write never is: its caller decides. */
export async function call(method, path, { body, headers = {}, token } = {}) {
  const options = {
    method,
    headers: { ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
  };
  if (body !== undefined) options.headers["content-type"] = "application/json";
  if (token) options.headers.authorization = `Bearer ${token}`;
  const tries = method === "GET" ? 2 : 1;
  for (let left = tries - 1; ; left -= 1) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), SECONDS * 1000);
    try {
      return await answered(await fetch(base + path, { ...options, signal: late.signal }));
    } catch (error) {
      const passing = !(error instanceof ApiError) || error.status === 503;
      if (!passing || left <= 0) throw error instanceof ApiError ? error : new ApiError(0, {});
    } finally {
      clearTimeout(timer);
    }
  }
}

async function answered(response) {
  const text = await response.text();
  let body;
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = {};
  }
  if (!response.ok) throw new ApiError(response.status, body);
  return body;
}
