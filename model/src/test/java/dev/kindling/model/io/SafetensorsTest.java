package dev.kindling.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private static final List<TensorSpec> TENSORS =
      List.of(
          new TensorSpec("weight", SafetensorsDType.F32, List.of(3L, 5L)),
          new TensorSpec("scalar", SafetensorsDType.I64, List.of()),
          new TensorSpec("empty", SafetensorsDType.F32, List.of(0L, 7L)),
          new TensorSpec("größe", SafetensorsDType.BF16, List.of(11L)));
  private static final Map<String, String> METADATA = Map.of("format", "pt", "by", "a \"test\"");

  @Test
  void whatIsWrittenIsReadBack() {
    byte[] file = file();

    SafetensorsHeader header = read(file);

    assertThat(header.metadata()).isEqualTo(METADATA);
    assertThat(header.dataStart() % 8).isZero();
    long start = header.dataStart();
    assertThat(header.tensors())
        .containsExactly(
            new StoredTensor("weight", SafetensorsDType.F32, List.of(3L, 5L), start, 60),
            new StoredTensor("scalar", SafetensorsDType.I64, List.of(), start + 60, 8),
            new StoredTensor("empty", SafetensorsDType.F32, List.of(0L, 7L), start + 68, 0),
            new StoredTensor("größe", SafetensorsDType.BF16, List.of(11L), start + 68, 22));
    assertThat(file).hasSize(Math.toIntExact(start + 90));
    assertThat(file[Math.toIntExact(header.find("scalar").orElseThrow().position())])
        .isEqualTo((byte) 60);
  }

  @Test
  void theBytesAreThoseOfTheFormat() {
    byte[] header =
        Safetensors.headerBytes(
            Map.of("format", "pt"),
            List.of(new TensorSpec("a", SafetensorsDType.F32, List.of(2L))));

    String json =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    int padded = (json.length() + 7) / 8 * 8;
    assertThat(header)
        .isEqualTo(
            ByteBuffer.allocate(8 + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put((json + " ".repeat(padded - json.length())).getBytes(StandardCharsets.UTF_8))
                .array());
  }

  @Test
  void aFileCutAnywhereIsRefused() {
    byte[] file = file();
    for (int length = 0; length < file.length; length++) {
      byte[] prefix = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> read(prefix))
          .as("the first %d bytes", length)
          .isInstanceOf(WeightsFormatException.class);
    }
  }

  @Test
  void aStreamThatEndsBeforeTheAnnouncedSizeIsRefused() {
    byte[] file = file();
    assertThatThrownBy(
            () ->
                Safetensors.readHeader("short", new ByteArrayInputStream(file, 0, 40), file.length))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("short ends after 40 of " + file.length + " bytes");
  }

  @Test
  void aMutatedFileIsEitherValidOrRefusedWithTheTypedException() {
    byte[] file = file();
    int headerEnd = Math.toIntExact(read(file).dataStart());
    FileMutations mutations = new FileMutations(20_240_501);
    int refused = 0;
    int numMutations = 5_000;
    for (int i = 0; i < numMutations; i++) {
      byte[] mutated = mutations.changeBytes(file, headerEnd);
      try {
        SafetensorsHeader header = read(mutated);
        assertThat(header.tensors())
            .allSatisfy(
                tensor ->
                    assertThat(tensor.position() + tensor.numBytes())
                        .isLessThanOrEqualTo(mutated.length));
      } catch (WeightsFormatException e) {
        assertThat(e).hasMessageContaining("expected:").hasMessageContaining("to do:");
        refused++;
      }
    }
    assertThat(refused).isBetween(numMutations / 2, numMutations - 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}} | has dtype 'F31'",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 12 bytes, as shape [3] of F32",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | negative dim",
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | 64 bits",
        "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}} | range of long",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | VALUE_NUMBER_FLOAT",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | <= 8, the bytes of data",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[8,4]}} | 0 <= begin <= end",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}} | 0 <= begin <= end",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}} | two numbers",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | with a hole behind the header",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | no bytes behind the last tensor",
        "{} | no bytes behind the last tensor",
        "{'a':{'dtype':'U8','shape':[6],'data_offsets':[0,6]},"
            + "'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}} | inside tensor 'a'",
        "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},"
            + "'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}} | a hole behind tensor 'a'",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
            + "'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | Duplicate field 'a'",
        "{'a':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}} | Duplicate field",
        "{'a':{'dtype':'F32','shape':[2]}} | is not described",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'stride':[1]}} | a key 'stride'",
        "{'__metadata__':{'x':1},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | VALUE_STR",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} {} | nothing more",
        "[{}] | does not begin with '{'",
        "{'a':[[[[[]]]]]} | START_ARRAY",
      })
  void aHeaderThatBreaksARuleIsRefused(String json, String message) {
    byte[] header = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    byte[] file =
        ByteBuffer.allocate(8 + header.length + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array();

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"-1, at most 100000000", "100000001, at most 100000000", "99999999, lies within"})
  void anImpossibleHeaderLengthIsRefusedBeforeAnythingIsRead(long length, String message) {
    byte[] file = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void tensorsMayBeListedInAnyOrder() {
    String json =
        "{\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    byte[] file =
        ByteBuffer.allocate(8 + json.length() + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length())
            .put(json.getBytes(StandardCharsets.UTF_8))
            .array();

    assertThat(read(file).tensors()).extracting(StoredTensor::name).containsExactly("a", "b");
  }

  @Test
  void twoTensorsOfOneNameAreNotWritten() {
    TensorSpec tensor = new TensorSpec("a", SafetensorsDType.F32, List.of(1L));
    assertThatThrownBy(() -> Safetensors.headerBytes(Map.of(), List.of(tensor, tensor)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' is taken");
  }

  @Test
  void tooFewAndTooManyBytesOfDataAreErrorsOfTheWriter() throws IOException {
    OutputStream out = Safetensors.newOutputStream(new ByteArrayOutputStream(), METADATA, TENSORS);
    out.write(new byte[89]);
    assertThatThrownBy(() -> out.write(new byte[2]))
        .isInstanceOf(IOException.class)
        .hasMessage("91 bytes of data are more than the header announces: 90");
    assertThatThrownBy(out::close)
        .isInstanceOf(IOException.class)
        .hasMessage("89 bytes of data were written, but the header announces 90");
  }

  private static byte[] file() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream out = Safetensors.newOutputStream(file, METADATA, TENSORS)) {
      for (int i = 0; i < 90; i++) {
        out.write(i);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static SafetensorsHeader read(byte[] file) {
    try {
      return Safetensors.readHeader("test", new ByteArrayInputStream(file), file.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
