# Finds kernel32.dll through the PEB and CreateMutexA through its export table, as position-independent code does,
# and creates the mutex ShellMutex32.
.intel_syntax noprefix
.globl start
start:
    mov eax, fs:[0x30]
    mov eax, [eax + 0x0c]
    mov esi, [eax + 0x14]          # InMemoryOrderModuleList: program, ntdll, kernel32
    mov esi, [esi]
    mov esi, [esi]
    mov ebx, [esi + 0x10]          # base of kernel32
    mov eax, [ebx + 0x3c]
    mov eax, [ebx + eax + 0x78]    # export directory
    add eax, ebx
    mov ecx, [eax + 0x18]
    mov edx, [eax + 0x20]
    add edx, ebx
next:
    dec ecx
    mov esi, [edx + ecx * 4]
    add esi, ebx
    cmp dword ptr [esi], 0x61657243       # Crea
    jne next
    cmp dword ptr [esi + 4], 0x754d6574   # teMu
    jne next
    cmp dword ptr [esi + 8], 0x41786574   # texA
    jne next
    cmp byte ptr [esi + 12], 0
    jne next
    mov edx, [eax + 0x24]
    add edx, ebx
    movzx ecx, word ptr [edx + ecx * 2]
    mov edx, [eax + 0x1c]
    add edx, ebx
    mov eax, [edx + ecx * 4]
    add eax, ebx
    call over
    .asciz "ShellMutex32"
over:
    pop ecx
    push ecx
    push 0
    push 0
    call eax
    ret
