package dev.kindling.model.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses the JSON of a header token by token, so that a hostile one costs no more memory than a
 * sound one of its length, and checks the layout that it describes.
 */
final class SafetensorsHeaderParser {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final String source;
  private final long dataStart;
  private final long dataBytes;

  /**
   * @param source the file's name, for error messages
   * @param dataStart the file position behind the header
   * @param fileBytes the size of the whole file
   */
  SafetensorsHeaderParser(String source, long dataStart, long fileBytes) {
    this.source = source;
    this.dataStart = dataStart;
    this.dataBytes = fileBytes - dataStart;
  }

  SafetensorsHeader parse(String header) {
    if (!header.startsWith("{")) {
      throw Safetensors.damaged(
          source + " has a header that does not begin with '{'", "a JSON object");
    }
    Map<String, String> metadata = new HashMap<>();
    List<StoredTensor> tensors = new ArrayList<>();
    try (JsonParser json = JSON.createParser(header)) {
      expect(json, json.nextToken(), JsonToken.START_OBJECT, "the header");
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        if (name.equals(Safetensors.METADATA)) {
          readMetadata(json, metadata);
        } else {
          tensors.add(readTensor(json, name));
        }
      }
      expect(json, json.currentToken(), JsonToken.END_OBJECT, "the header");
      expect(json, json.nextToken(), null, "the text behind the header's object");
    } catch (JsonProcessingException e) {
      throw new WeightsFormatException(
          source + " has a header that cannot be parsed: " + e.getOriginalMessage(),
          "a JSON object without duplicate keys",
          "the file is damaged or not a safetensors file: get a sound copy of it",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from memory", e);
    }
    tensors.sort(
        Comparator.comparingLong(StoredTensor::position).thenComparing(StoredTensor::numBytes));
    checkLayout(tensors);
    return new SafetensorsHeader(metadata, tensors, dataStart);
  }

  private void readMetadata(JsonParser json, Map<String, String> metadata) throws IOException {
    expect(json, json.nextToken(), JsonToken.START_OBJECT, Safetensors.METADATA);
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      expect(json, json.nextToken(), JsonToken.VALUE_STRING, Safetensors.METADATA + " " + key);
      metadata.put(key, json.getText());
    }
    expect(json, json.currentToken(), JsonToken.END_OBJECT, Safetensors.METADATA);
  }

  private StoredTensor readTensor(JsonParser json, String name) throws IOException {
    String what = "tensor '" + name + "'";
    expect(json, json.nextToken(), JsonToken.START_OBJECT, what);
    SafetensorsDType dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      switch (key) {
        case "dtype" -> dtype = readDType(json, what);
        case "shape" -> shape = readNumbers(json, what + " shape");
        case "data_offsets" -> offsets = readNumbers(json, what + " data_offsets");
        default ->
            throw Safetensors.damaged(
                source + ": " + what + " has a key '" + key + "'", "dtype, shape and data_offsets");
      }
    }
    expect(json, json.currentToken(), JsonToken.END_OBJECT, what);
    if (dtype == null || shape == null || offsets == null) {
      throw Safetensors.damaged(
          source + ": " + what + " is not described", "dtype, shape and data_offsets");
    }
    return checkTensor(name, dtype, shape, offsets);
  }

  private SafetensorsDType readDType(JsonParser json, String what) throws IOException {
    expect(json, json.nextToken(), JsonToken.VALUE_STRING, what + " dtype");
    String dtype = json.getText();
    return SafetensorsDType.find(dtype)
        .orElseThrow(
            () ->
                Safetensors.damaged(
                    source + ": " + what + " has dtype '" + dtype + "'",
                    "one of " + Arrays.toString(SafetensorsDType.values())));
  }

  private List<Long> readNumbers(JsonParser json, String what) throws IOException {
    expect(json, json.nextToken(), JsonToken.START_ARRAY, what);
    List<Long> numbers = new ArrayList<>();
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      expect(json, token, JsonToken.VALUE_NUMBER_INT, what);
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  private StoredTensor checkTensor(
      String name, SafetensorsDType dtype, List<Long> shape, List<Long> offsets) {
    String what = source + ": tensor '" + name + "' has data_offsets " + offsets;
    if (offsets.size() != 2) {
      throw Safetensors.damaged(what, "two numbers, [begin, end]");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin < 0 || end < begin || end > dataBytes) {
      throw Safetensors.damaged(what, "0 <= begin <= end <= " + dataBytes + ", the bytes of data");
    }
    long numBytes;
    try {
      numBytes = TensorSpec.numBytes(dtype, shape);
    } catch (IllegalArgumentException e) {
      throw new WeightsFormatException(
          source + ": tensor '" + name + "': " + e.getMessage(),
          "dims of 0 or more, whose product fits the file",
          "the file is damaged or not a safetensors file: get a sound copy of it",
          e);
    }
    if (numBytes != end - begin) {
      throw Safetensors.damaged(
          what + ", which span " + (end - begin) + " bytes",
          numBytes + " bytes, as shape " + shape + " of " + dtype + " needs");
    }
    return new StoredTensor(name, dtype, List.copyOf(shape), dataStart + begin, numBytes);
  }

  /** The tensors, by position, must touch each other from the first byte of data to the last. */
  private void checkLayout(List<StoredTensor> tensors) {
    long position = dataStart;
    String before = "the header";
    for (StoredTensor tensor : tensors) {
      if (tensor.position() != position) {
        throw Safetensors.damaged(
            source
                + ": tensor '"
                + tensor.name()
                + "' begins at byte "
                + tensor.position()
                + (tensor.position() < position ? ", inside " : ", with a hole behind ")
                + before,
            "byte " + position);
      }
      position += tensor.numBytes();
      before = "tensor '" + tensor.name() + "'";
    }
    if (position != dataStart + dataBytes) {
      throw Safetensors.damaged(
          source
              + " has "
              + (dataStart + dataBytes)
              + " bytes, but "
              + before
              + " ends at byte "
              + position,
          "no bytes behind the last tensor");
    }
  }

  private void expect(JsonParser json, JsonToken given, JsonToken expected, String what) {
    if (given != expected) {
      throw Safetensors.damaged(
          source
              + " has a header with "
              + describe(given)
              + " at character "
              + json.currentTokenLocation().getCharOffset()
              + ", in "
              + what,
          describe(expected));
    }
  }

  private static String describe(JsonToken token) {
    return token == null ? "nothing more" : token.name();
  }
}
