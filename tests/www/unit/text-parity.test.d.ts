export type Case = {
    text: string;
    pair?: string;
    ids: number[];
    bare?: number[];
    decoded: string;
};
