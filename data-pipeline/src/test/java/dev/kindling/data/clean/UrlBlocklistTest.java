package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlBlocklistTest {
  @TempDir private Path temporary;

  private UrlBlocklist list;

  @BeforeEach
  void read() throws IOException {
    list = read("# from two sources\nbad.example\n\nhttps://www.Mixed.org/Forum/\n");
  }

  private UrlBlocklist read(String lines) throws IOException {
    Path file = Files.writeString(temporary.resolve("blocked.txt"), lines);
    return new UrlBlocklist(UrlBlocklist.read(new Configuration(), List.of(file.toString())));
  }

  @ParameterizedTest
  @CsvSource({
    "http://bad.example, bad.example",
    "https://a.b.bad.example/page?x=1#top, bad.example",
    "HTTPS://WWW.BAD.EXAMPLE:443/, bad.example",
    "http://someone@bad.example/, bad.example",
    "http://mixed.org/Forum, mixed.org/Forum",
    "http://mixed.org/Forum/?page=2, mixed.org/Forum",
    "http://mixed.org/Forum/thread/7, mixed.org/Forum",
  })
  void domainsBlockWhatIsInThemAndAddressesWhatIsBelow(String url, String entry) {
    assertThat(list.blocking(url)).contains(entry);
  }

  @ParameterizedTest
  @CsvSource({
    "http://notbad.example/",
    "http://example/",
    "http://good.org/?from=bad.example",
    "http://good.org/bad.example",
    "http://mixed.org/Forums",
    "http://mixed.org/forum",
    "http://mixed.org/",
    "http://bad.example.org/",
  })
  void othersPass(String url) {
    assertThat(list.blocking(url)).isEmpty();
  }

  @Test
  void aLineThatIsNoAddressIsNamed() {
    assertThatThrownBy(() -> read("good.example\nnot an address\n"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 2 of ")
        .hasMessageContaining("'not an address'");
  }

  @Test
  void aListThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> UrlBlocklist.read(new Configuration(), List.of("/no/such/list")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("clean.blockedUrls has /no/such/list");
  }
}
