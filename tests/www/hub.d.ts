export type Hub = {
    /**
     * its address, without "/" at the end
     */
    base: string;
    /**
     * what it was asked, such as "GET tests/t5/resolve/main/config.json bytes=0-65535"
     */
    asked: string[];
    /**
     * `pace`: ms between pieces of weights; `breakAt`: the connection breaks after so many bytes of weights; 0: neither
     */
    trouble: {
        pace: number;
        breakAt: number;
    };
    close: () => Promise<void>;
};
/**
 * @param {Record<string, string>} models a folder on this machine for each "owner/name"
 * @param {number} [port] of an earlier hub that comes back
 * @returns {Promise<Hub>}
 */
export declare function serveHub(models: Record<string, string>, port?: number): Promise<Hub>;
