import { expect, it } from "vitest";
import { quoted } from "./quote";

it("quotes words as words, a paragraph per blank line", () => {
  expect(quoted("a <b> & c\nsecond\n\nthird")).toBe(
    "<blockquote><p>a &lt;b&gt; &amp; c<br>second</p><p>third</p></blockquote><p></p>",
  );
});
