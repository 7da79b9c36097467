"""Parts: what only kernels call is compiled in its callers, not for itself.

numba makes machine code of every function, and a wrapper that Python can call. A part needs neither: it goes as far as
the code that its callers take in, and LLVM sees that once, in a caller, with all that stands around it. That halves the
time to compile, and what comes out is no slower. Python must not call one: there is nothing at its address.
"""

from collections.abc import Callable
from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import NativeLowering

_NO_ADDRESS = 0


class PartLibrary(JITCodeLibrary):
    """The code of a part and of the parts that it calls, as numba wrote it."""

    def finalize(self) -> None:
        """Link in what the part calls, and leave what LLVM makes of it to the callers."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """numba's last step, into a library of parts."""

    _name = "part_lowering"
    taken_in: Callable[[], None] | None = None  # called before each part is compiled

    def run_pass(self, state: Any) -> bool:
        """Write the code of a part, and make it known to callers; see numba's `NativeLowering`."""
        if PartLowering.taken_in is not None:
            PartLowering.taken_in()
        context, name = state.targetctx, state.func_id.func_qualname
        state.library = PartLibrary(context.codegen(), name)
        state.flags.no_compile = True  # nor is it made known then
        done = super().run_pass(state)
        lowered = state["cr"]
        module, kept = lowered.fndesc.lookup_module(), (state.library,)
        entry = _dynfunc.make_function(module, name, "", _NO_ADDRESS, lowered.env, kept)
        context.insert_user_function(entry, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=entry)
        return done


class PartCompiler(CompilerBase):
    """numba's compiler with `PartLowering` as its last step."""

    def define_pipelines(self) -> list[PassManager]:
        """See numba's `CompilerBase`."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state, "part")
        at = next(i for i, (each, _) in enumerate(passes.passes) if each is NativeLowering)
        passes.passes[at] = (PartLowering, "lowering of a part")
        passes.finalize()
        return [passes]
