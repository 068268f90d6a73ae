import { expect, test } from "vitest";
import { flowing } from "./paper";

const page = (html: string) => new DOMParser().parseFromString(html, "text/html");

test("the words of a mail flow, in their order and without anything of their sender's", () => {
  const paper = flowing(
    page(
      `<style>p{color:red}</style><p onclick="x()" style="position:fixed" id="root">Dear <b class="big">Ann</b>,</p><form action="//x.example"><input value="no"><span>one</span></form>
       <table width="9000"><tr><td colspan="2">two</td></tr></table><custom-x>three</custom-x><script>four</script><iframe></iframe>`,
    ),
  );
  expect(paper.textContent?.replace(/\s+/g, "")).toBe("DearAnn,onetwothree");
  expect(paper.querySelector("b")?.textContent).toBe("Ann");
  expect(paper.querySelector("table td")?.textContent).toBe("two");
  expect(paper.querySelectorAll("style, script, iframe, form, input, custom-x")).toHaveLength(0);
  for (const element of paper.querySelectorAll("*")) expect(element.getAttributeNames()).toEqual([]);
});

test("pictures of our own origin alone are laid on paper", () => {
  const own = `${window.location.origin}/api/v1/attachments/7`;
  const paper = flowing(
    page(
      `<img src="${own}" alt="the chair"><img src="https://x.example/a.png"><img src="${window.location.origin}.x.example/a.png">`,
    ),
  );
  expect([...paper.querySelectorAll("img")].map((i) => i.src)).toEqual([own]);
});

test("a mail that nests as deep as it likes is laid out", () => {
  const from = document.implementation.createHTMLDocument();
  let at: HTMLElement = from.body;
  for (let i = 0; i < 3_000; i++) at = at.appendChild(from.createElement("div"));
  at.append("deep");
  let end: Element = flowing(from);
  while (end.firstElementChild) end = end.firstElementChild;
  expect(end.textContent).toBe("deep");
});
