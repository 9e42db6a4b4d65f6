// Speaks to LINDA's routes. Where they are stands in the page: <meta name="linda-api" content="https://...">.

const base = document.querySelector('meta[name="linda-api"]').content.replace(/\/+$/, "");
const SECONDS = 12;

/** An answer that is none of success, with what a page needs of it; `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.error || "LINDA cannot be reached. Please check your connection and try again.");
    this.status = status;
    this.code = body.code || "unreachable";
    this.fields = body.fields || {};
    this.alternatives = body.alternatives || [];
  }
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
    try {
      return await answered(await fetch(base + path, { ...options, signal: AbortSignal.timeout(SECONDS * 1000) }));
    } catch (error) {
      const passing = !(error instanceof ApiError) || error.status === 503;
      if (!passing || left <= 0) throw error instanceof ApiError ? error : new ApiError(0, {});
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
