package io.clustermesh.store.tls;

import java.nio.file.Path;

/**
 * PEM files for one side of a mutual TLS connection.
 *
 * @param trust certificates of the authorities that the other side's certificate must come from
 * @param certificate own chain, leaf first
 * @param key own private key, PKCS#8
 */
public record TlsFiles(Path trust, Path certificate, Path key) {}
