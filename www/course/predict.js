// "Predict, then reveal": a question, its answers in a list, and behind them what is so. The answer's number is in the attribute `right`.
//
//     <diorama-predict right="2"><p>…?</p><ol><li>…</li><li>…</li></ol><div class="reveal">…</div></diorama-predict>

export class Predict extends HTMLElement {
  #ready = false;

  connectedCallback() {
    if (this.#ready) return;
    this.#ready = true;
    const reveal = this.querySelector(".reveal");
    const buttons = [...this.querySelectorAll("li")].map((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...item.childNodes);
      item.append(button);
      return button;
    });
    reveal?.setAttribute("hidden", "");
    reveal?.setAttribute("role", "status");
    for (const button of buttons) button.addEventListener("click", () => this.#choose(buttons, button));
  }

  /**
   * @param {HTMLButtonElement[]} buttons
   * @param {HTMLButtonElement} chosen
   */
  #choose(buttons, chosen) {
    const right = buttons[Number(this.getAttribute("right")) - 1];
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button === chosen));
      button.disabled = true;
    }
    right?.classList.add("right");
    this.querySelector(".reveal")?.removeAttribute("hidden");
  }
}
