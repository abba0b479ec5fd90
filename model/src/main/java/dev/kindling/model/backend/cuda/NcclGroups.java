package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import dev.kindling.model.backend.DeviceGroup;
import dev.kindling.model.backend.DeviceGroups;
import java.util.HexFormat;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUuuid;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclUniqueId;

/** Groups of NVIDIA GPUs, by NCCL. */
final class NcclGroups implements DeviceGroups {
  private static final int UUID_BYTES = 16;

  private final CudaEngine engine;

  /** Groups that the GPU of an engine can join; its kernels and the collectives run in order. */
  NcclGroups(CudaEngine engine) {
    this.engine = engine;
  }

  @Override
  public String device() {
    int[] device = new int[1];
    check(cudart.cuDeviceGet(device, engine.device().number()), "find " + engine.device());
    try (CUuuid uuid = new CUuuid()) {
      check(cudart.cuDeviceGetUuid(uuid, device[0]), "read the number of " + engine.device());
      byte[] bytes = new byte[UUID_BYTES];
      for (int i = 0; i < UUID_BYTES; i++) {
        bytes[i] = uuid.bytes(i);
      }
      return "GPU-" + HexFormat.of().formatHex(bytes);
    }
  }

  @Override
  public Optional<String> obstacle() {
    return CudaLibraries.load().hasNccl()
        ? Optional.empty()
        : Optional.of("NVIDIA's library NCCL (libnccl.so.2) is not there");
  }

  @Override
  public int keyBytes() {
    return nccl.NCCL_UNIQUE_ID_BYTES;
  }

  @Override
  public byte[] newKey() {
    try (ncclUniqueId id = new ncclUniqueId()) {
      NcclGroup.check(nccl.ncclGetUniqueId(id), "make the key of a group");
      byte[] key = new byte[keyBytes()];
      for (int i = 0; i < key.length; i++) {
        key[i] = id.internal(i);
      }
      return key;
    }
  }

  @Override
  public DeviceGroup join(byte[] key, int rank, int size) {
    return NcclGroup.join(engine, key, rank, size);
  }
}
