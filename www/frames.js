// For pages with blocks in frames: each frame becomes as high as its block. Only messages of a frame's own window, at the origin of its address, count.

addEventListener("message", ({ source, origin, data }) => {
  if (data?.diorama !== 1 || data.type !== "height" || !(data.height > 0)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source && originOf(frame) === origin) frame.style.height = `${Math.min(data.height, 20_000)}px`;
  }
});

/**
 * A sandboxed frame without `allow-same-origin` speaks as "null".
 * @param {HTMLIFrameElement} frame
 */
function originOf({ src, sandbox }) {
  return sandbox.length > 0 && !sandbox.contains("allow-same-origin") ? "null" : new URL(src).origin;
}
