// A booking as a calendar file (RFC 5545): times in UTC, lines folded at 75 octets, text escaped.

/** `start` is ISO 8601 with an offset, `minutes` how long it takes, `stamp` an instant. */
export function calendarFile({ id, start, minutes, title, place, description, stamp = new Date() }) {
  const begins = new Date(start);
  const ends = new Date(begins.getTime() + minutes * 60000);
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//LINDA//Bookings//EN", "METHOD:PUBLISH", "BEGIN:VEVENT",
    `UID:${id}@linda`, `DTSTAMP:${utc(stamp)}`, `DTSTART:${utc(begins)}`, `DTEND:${utc(ends)}`,
    `SUMMARY:${escaped(title)}`, `LOCATION:${escaped(place)}`, `DESCRIPTION:${escaped(description)}`,
    "BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${escaped(title)}`, "TRIGGER:-PT1H", "END:VALARM",
    "END:VEVENT", "END:VCALENDAR",
  ];
  return `${lines.map(folded).join("\r\n")}\r\n`;
}

function utc(instant) {
  return instant.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function escaped(text) {
  return text.replace(/[\\;,]/g, (character) => `\\${character}`).replace(/\r?\n/g, "\\n");
}

function folded(line) {
  const encoder = new TextEncoder();
  const parts = [""];
  for (const character of line) {
    if (encoder.encode(parts.at(-1) + character).length > 74) parts.push("");
    parts[parts.length - 1] += character;
  }
  return parts.join("\r\n ");
}
