export type Tensor = import("./golden.js").Tensor;
