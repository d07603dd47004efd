/* The firmware as a shared library, for a host program that plays the machine:
 * it provides a byte stream, the content of the model partition and an engine
 * that runs the network. C ABI; pointers stay the caller's.
 */
#ifndef CAMHIL_HOST_H_
#define CAMHIL_HOST_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAMHIL_HOST_ABI 3u
#define CAMHIL_HOST_MAX_OUTPUTS 16
#define CAMHIL_HOST_MAX_STACKS 4

/* For each operator all outputs from 0 on, with 0 bytes for one that has none (a handle); an
 * operator without outputs is left out. us: of the operator, < 0: unknown; read at output 0 only.
 * May wait for the line: do not hold a lock that set_baud needs (ctypes and cffi release Python's
 * for the call). */
typedef void (*camhil_on_op)(void* op_context, uint16_t op, uint8_t output, const uint8_t* data,
                             uint32_t bytes, int64_t us);

/* Functions return 0, or error-model-format, error-model-op, error-arena-too-small
 * or error-engine of hil/wire/protocol.cddl; others count as error-engine. On an
 * error, `detail` and `message` (NUL-terminated) may be set; they come zeroed. */
typedef struct {
  void* context;
  const char* name;    /* name and version, 1 to 48 characters of ASCII */
  const char* kernels; /* at most 32 characters; empty or NULL: unknown */

  /* *arena_bytes in: available, out: reserved. *arena_used_bytes: 0 if unknown.
   * output_bytes comes zeroed; gets the size of each output of the graph, in its order.
   * Called once, from the thread that calls camhil_host_run. */
  int32_t (*load)(void* context, const uint8_t* model, uint32_t model_bytes, uint32_t* arena_bytes,
                  uint32_t* arena_used_bytes, uint32_t output_bytes[CAMHIL_HOST_MAX_OUTPUTS],
                  int64_t detail[2], char message[97]);

  /* sample: the bytes of all inputs, one behind the other. reset_state: 1: set the
   * variables to their initial values first. With on_op (else NULL), calls it for every
   * output of every operator, in execution order. Called from the inference thread, like
   * `output`. */
  int32_t (*invoke)(void* context, const uint8_t* sample, uint32_t sample_bytes,
                    int32_t reset_state, camhil_on_op on_op, void* op_context, int64_t detail[2],
                    char message[97]);

  /* Copies output `index` of the graph, of `bytes` bytes, as the last run left it. */
  int32_t (*output)(void* context, uint8_t index, uint8_t* data, uint32_t bytes);
} camhil_host_engine;

enum { CAMHIL_HOST_CAMERA_ABSENT = 1, CAMHIL_HOST_CAMERA_LATE = 2, CAMHIL_HOST_CAMERA_SHORT = 3 };
#define CAMHIL_HOST_UNTIL_RESTART 0xFFFFFFFFu

typedef struct {
  uint32_t free_bytes;
  uint32_t minimum_free_bytes;
  uint32_t largest_block_bytes;
} camhil_host_heap;

typedef struct {
  char task[20]; /* 1 to 16 characters of ASCII, then NUL */
  uint32_t never_used_bytes;
} camhil_host_stack;

/* What only a chip has: whoever plays it chooses the figures, and hears what became of them. In
 * memory that both may look at while the firmware runs, each word by itself. */
typedef struct {
  /* The caller's. */
  uint64_t skipped_us;    /* the clock is so much ahead; may only grow */
  uint32_t cycles_per_us; /* 0: no counter, and no times of operators; fixed from the start on */
  uint32_t has_heap;
  camhil_host_heap heap;
  uint32_t has_psram;
  camhil_host_heap psram;
  uint32_t stack_count;
  camhil_host_stack stacks[CAMHIL_HOST_MAX_STACKS];
  uint32_t camera_fault; /* CAMHIL_HOST_CAMERA_: how the next frames fail */
  uint32_t
      camera_faults; /* how many do; CAMHIL_HOST_UNTIL_RESTART: until the camera is restarted */
  /* The firmware's. */
  uint32_t baud; /* the rate that it changed to, also before set_baud is called; 0: none yet */
  /* Counted from the start on. */
  uint32_t waits;    /* how often a task waited for something, or fed its watchdog */
  uint32_t captures; /* frames that were asked for */
  uint32_t failures; /* frames that failed on request */
  uint32_t restarts; /* of the camera */
  uint32_t shown;    /* how often the LED was set */
  uint32_t led;      /* as it is now */
} camhil_host_chip;

typedef struct {
  uint32_t abi;                   /* CAMHIL_HOST_ABI */
  int32_t uart_fd;                /* bidirectional: a socket or a pty; stays open */
  uint32_t baud;                  /* after the start: the boot rate */
  const uint8_t* model_partition; /* as in flash; erased bytes are FF */
  uint32_t model_partition_bytes;
  int32_t model_partition_status; /* not 0: the flash could not be mapped, and why */
  uint8_t build_id[32];
  uint8_t app_sha256[32];
  uint32_t reset_reason; /* esp_reset_reason_t */
  uint32_t boot_count;
  uint32_t boot_id;           /* random, another one for each run */
  uint32_t arena_bytes;       /* limit given to the engine */
  uint32_t max_sample_bytes;  /* room for each of two samples, at most 100661760 */
  uint32_t trace_entries;     /* room for outputs of operators, at most 65535 */
  uint32_t stretch_invoke_us; /* an inference takes at least this long */
  void* host_context;
  void (*set_baud)(void* host_context, uint32_t baud); /* from the transmit thread */
  /* The camera: its frames of 160 x 120 pixels, one behind the other and shown in turn, in each
   * format of frame-format. */
  const uint8_t* camera_frames[2];
  uint32_t camera_frame_count; /* 0: no camera */
  uint32_t camera_period_us;   /* from one frame to the next, at least */
  camhil_host_chip* chip;      /* NULL: has nothing of this */
  camhil_host_engine engine;
} camhil_host_config;

enum {
  CAMHIL_HOST_REBOOT_TO_APP = 0,
  CAMHIL_HOST_REBOOT_TO_BOOTLOADER = 1,
  CAMHIL_HOST_UART_CLOSED = 2,
  CAMHIL_HOST_BAD_CONFIG = -1
};

/* Runs the firmware until it resets itself or the UART closes; an inference that
 * runs at that moment is waited for. */
int32_t camhil_host_run(const camhil_host_config* config);

/* Version of the firmware, such as "0.1.0". */
const char* camhil_host_version(void);

#ifdef __cplusplus
}
#endif

#endif /* CAMHIL_HOST_H_ */
