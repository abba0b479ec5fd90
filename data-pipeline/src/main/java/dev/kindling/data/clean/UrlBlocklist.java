package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Domains and addresses from which nothing is wanted. A domain such as {@code example.com} blocks
 * its subdomains too, an address such as {@code example.com/forum} all that lies below it. Schemes,
 * a leading {@code www.}, queries and upper case make no difference.
 *
 * <p>Entries are held as 64 bits of their SHA-256, so that lists of millions of domains fit every
 * executor; the probability that one of a billion pages is taken for one of four million entries is
 * about 1 in 1,000.
 */
final class UrlBlocklist {
  private final long[] sortedEntries;

  /**
   * @param sortedEntries what {@link #read} gave
   */
  UrlBlocklist(long[] sortedEntries) {
    this.sortedEntries = sortedEntries;
  }

  /**
   * The entries of files with one entry a line; empty lines and those that begin with {@code #} say
   * nothing.
   *
   * @throws InvalidInputException if a file does not exist, or an entry is no domain or address
   */
  static long[] read(Configuration hadoop, List<String> files) {
    return files.stream()
        .flatMapToLong(file -> read(hadoop, new Path(file)))
        .sorted()
        .distinct()
        .toArray();
  }

  private static LongStream read(Configuration hadoop, Path file) {
    LongStream.Builder entries = LongStream.builder();
    try {
      FileSystem fs = file.getFileSystem(hadoop);
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(fs.open(file), StandardCharsets.UTF_8))) {
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          number++;
          String entry = line.strip();
          if (!entry.isEmpty() && !entry.startsWith("#")) {
            entries.add(hash(requireAddress(entry, file, number)));
          }
        }
      }
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(
          "clean.blockedUrls has " + file + ", which does not exist",
          "files with a domain or address a line",
          "correct the path",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
    return entries.build();
  }

  private static String requireAddress(String entry, Path file, int number) {
    String address = Urls.withoutQuery(Urls.bare(entry));
    if (address.indexOf('.') < 0 || address.chars().anyMatch(Character::isWhitespace)) {
      throw new InvalidInputException(
          "line " + number + " of " + file + " is '" + entry + "'",
          "a domain such as example.com, or an address such as example.com/forum",
          "correct the line, or begin it with # to leave it out");
    }
    return address;
  }

  /** The entry that blocks an address, if one does. */
  Optional<String> blocking(String url) {
    String address = Urls.withoutQuery(Urls.bare(url));
    int slash = address.indexOf('/');
    String host = slash < 0 ? address : address.substring(0, slash);
    for (String domain = host; !domain.isEmpty(); domain = parentOf(domain)) {
      if (has(domain)) {
        return Optional.of(domain);
      }
    }
    for (int i = slash; i >= 0; i = address.indexOf('/', i + 1)) {
      if (has(address.substring(0, i))) {
        return Optional.of(address.substring(0, i));
      }
    }
    return has(address) ? Optional.of(address) : Optional.empty();
  }

  private static String parentOf(String domain) {
    int dot = domain.indexOf('.');
    return dot < 0 ? "" : domain.substring(dot + 1);
  }

  private boolean has(String entry) {
    return Arrays.binarySearch(sortedEntries, hash(entry)) >= 0;
  }

  private static long hash(String entry) {
    byte[] digest = Checksums.newSha256().digest(entry.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getLong();
  }
}
